import type { Identifier } from "./identifier.ts";
import { caSin } from "./american/ca-sin.ts";
import { usDea } from "./american/us-dea.ts";
import { usItin } from "./american/us-itin.ts";
import { usMedicare } from "./american/us-medicare.ts";
import { usNpi } from "./american/us-npi.ts";
import { usRoutingNumber } from "./american/us-routing-number.ts";
import { usSsn } from "./american/us-ssn.ts";
import { iePps } from "./british/ie-pps.ts";
import { ukDrivingLicence } from "./british/uk-driving-licence.ts";
import { ukNhs } from "./british/uk-nhs.ts";
import { ukNino } from "./british/uk-nino.ts";
import { ukPostcode } from "./british/uk-postcode.ts";
import { ukUtr } from "./british/uk-utr.ts";
import { bgEgn } from "./eastern/bg-egn.ts";
import { czBirthNumber } from "./eastern/cz-birth-number.ts";
import { emso } from "./eastern/emso.ts";
import { hrOib } from "./eastern/hr-oib.ts";
import { huHealth } from "./eastern/hu-health.ts";
import { huTaxId } from "./eastern/hu-tax-id.ts";
import { plNip } from "./eastern/pl-nip.ts";
import { plPesel } from "./eastern/pl-pesel.ts";
import { roCnp } from "./eastern/ro-cnp.ts";
import { atSocialSecurity } from "./german/at-social-security.ts";
import { chAhv } from "./german/ch-ahv.ts";
import { deCompany } from "./german/de-company.ts";
import { deDrivingLicence } from "./german/de-driving-licence.ts";
import { deHealthInsurance } from "./german/de-health-insurance.ts";
import { deIdCard } from "./german/de-id-card.ts";
import { dePhysician } from "./german/de-physician.ts";
import { dePractice } from "./german/de-practice.ts";
import { deSocialSecurity } from "./german/de-social-security.ts";
import { deTaxId } from "./german/de-tax-id.ts";
import { deTaxNumber } from "./german/de-tax-number.ts";
import { deVatId } from "./german/de-vat-id.ts";
import { balticPersonalCode } from "./northern/baltic-personal-code.ts";
import { dkCpr } from "./northern/dk-cpr.ts";
import { fiHetu } from "./northern/fi-hetu.ts";
import { isKennitala } from "./northern/is-kennitala.ts";
import { lvPersonalCode } from "./northern/lv-personal-code.ts";
import { noBirthNumber } from "./northern/no-birth-number.ts";
import { sePersonalNumber } from "./northern/se-personal-number.ts";
import { esNie } from "./southern/es-nie.ts";
import { esNif } from "./southern/es-nif.ts";
import { grAfm } from "./southern/gr-afm.ts";
import { grAmka } from "./southern/gr-amka.ts";
import { itFiscalCode } from "./southern/it-fiscal-code.ts";
import { itVat } from "./southern/it-vat.ts";
import { ptNif } from "./southern/pt-nif.ts";
import { trNationalId } from "./southern/tr-national-id.ts";
import { beNational } from "./western/be-national.ts";
import { frNir } from "./western/fr-nir.ts";
import { frSiren } from "./western/fr-siren.ts";
import { frTax } from "./western/fr-tax.ts";
import { luMatricule } from "./western/lu-matricule.ts";
import { nlBsn } from "./western/nl-bsn.ts";
import { auAbn } from "./world/au-abn.ts";
import { auAcn } from "./world/au-acn.ts";
import { auMedicare } from "./world/au-medicare.ts";
import { auTfn } from "./world/au-tfn.ts";
import { inAadhaar } from "./world/in-aadhaar.ts";
import { inGstin } from "./world/in-gstin.ts";
import { inPan } from "./world/in-pan.ts";
import { krBusiness } from "./world/kr-business.ts";
import { krDrivingLicence } from "./world/kr-driving-licence.ts";
import { krResident } from "./world/kr-resident.ts";
import { ngNin } from "./world/ng-nin.ts";
import { phTin } from "./world/ph-tin.ts";
import { sgNric } from "./world/sg-nric.ts";
import { sgUen } from "./world/sg-uen.ts";
import { thNationalId } from "./world/th-national-id.ts";
import { zaId } from "./world/za-id.ts";

/** Every kind of number that is known; where two take the same text the earlier wins, and those whose check digit is surer stand first. */
export const IDENTIFIERS: readonly Identifier[] = [
  usSsn, usItin, usRoutingNumber, usMedicare, usNpi, usDea, caSin, ukNino, ukNhs, ukDrivingLicence, ukPostcode, iePps, ukUtr, deTaxId, deTaxNumber,
  deVatId, deIdCard, deHealthInsurance, deSocialSecurity, dePhysician, dePractice, deDrivingLicence, deCompany, atSocialSecurity, chAhv, frNir,
  frSiren, frTax, nlBsn, beNational, luMatricule, esNif, esNie, itFiscalCode, itVat, ptNif, grAfm, grAmka, trNationalId, sePersonalNumber, fiHetu,
  dkCpr, noBirthNumber, isKennitala, balticPersonalCode, lvPersonalCode, plPesel, plNip, czBirthNumber, huTaxId, huHealth, roCnp, bgEgn, hrOib, emso,
  auAbn, auAcn, auTfn, auMedicare, inAadhaar, inPan, inGstin, krResident, krBusiness, krDrivingLicence, sgNric, sgUen, thNationalId, zaId, ngNin,
  phTin,
];

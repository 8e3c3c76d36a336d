-- How long what is kept, and what may not be forgotten.

-- Stops retention (and every other way to forget) for a contact or one case until it is lifted.
create table legal_hold (
  tenant_id text not null references tenant,
  id text not null,
  contact_id text,
  case_id text,
  reason text not null,
  placed_by text not null,
  placed_at timestamptz not null,
  lifted_by text,
  lifted_at timestamptz,
  lift_reason text,
  primary key (tenant_id, id),
  check (contact_id is not null or case_id is not null)
);
create unique index legal_hold_one_contact on legal_hold (tenant_id, contact_id) where lifted_at is null and contact_id is not null;
create unique index legal_hold_one_case on legal_hold (tenant_id, case_id) where lifted_at is null and case_id is not null;

-- Work that is handed to the engine once a day: anchoring the ledger, forgetting. `report`: what the last one did.
create table daily_job (
  tenant_id text not null references tenant,
  job text not null,
  next_at timestamptz not null,
  handed_at timestamptz,
  ended_at timestamptz,
  error text,
  report jsonb,
  primary key (tenant_id, job)
);

do $$
declare t text;
begin
  foreach t in array array['legal_hold','daily_job'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update on %I to baton_app', t);
  end loop;
end $$;

-- Whether something of these must stay. What is asked about by its case or conversation is also held by its contact; what is asked about
-- by its conversation alone, or by its contact alone, also by any case in it.
create function is_held(p_tenant text, p_contact text, p_conversation text, p_case text) returns boolean language sql stable as $$
  select exists (select from legal_hold h where h.tenant_id = p_tenant and h.lifted_at is null and (
    h.case_id = p_case
    or h.contact_id = p_contact
    or h.contact_id = (select v.contact_id from conversation v where v.tenant_id = p_tenant and v.id = p_conversation)
    or h.contact_id = (select v.contact_id from support_case s join conversation v on v.tenant_id = p_tenant and v.id = s.conversation_id where s.tenant_id = p_tenant and s.id = p_case)
    or (p_case is null and exists (select from support_case s join conversation v on v.tenant_id = p_tenant and v.id = s.conversation_id
      where s.tenant_id = p_tenant and s.id = h.case_id and (s.conversation_id = p_conversation or v.contact_id = p_contact)))))
$$;

create index message_by_case on message (tenant_id, case_id);
create index support_case_by_end on support_case (tenant_id, resolved_at) where status = 'resolved';

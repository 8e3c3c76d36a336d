import { defineError } from "../../lib/app-error.ts";

export const tooFewGrades = defineError({ code: "models.too_few_grades", status: 409, message: "There are too few graded cases to learn routing from." });
export const gradedWithoutPrice = defineError({ code: "models.graded_without_price", status: 409, message: "A graded model has no known price." });
export const routerUnknown = defineError({ code: "models.router_unknown", status: 404, message: "There is no router of this number." });
export const nothingToRollBack = defineError({ code: "models.nothing_to_roll_back", status: 409, message: "No router is in use." });
/** Details: `lines`, up to ten faults. */
export const gradesUnreadable = defineError({ code: "models.grades_unreadable", status: 422, message: "The file of grades cannot be read." });
export const nothingToGrade = defineError({ code: "models.nothing_to_grade", status: 409, message: "There is nothing to grade." });
export const promptUnknown = defineError({ code: "models.prompt_unknown", status: 404, message: "There is no stored reply of this id whose prompt could be graded." });

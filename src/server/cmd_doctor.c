/* hotlens.doctor */
#include "hotlens/base/strv.h"
#include "hotlens/server/commands.h"
#include "report.h"

int hl_cmd_doctor(const struct hl_call *call, struct hl_error *error)
{
    struct report_request request = {.document = "doctor.txt", .failure_is_told = true};
    (void)error;
    hl_strv_add(&request.arguments, "doctor");
    report_start(call->context, &request);
    return 0;
}

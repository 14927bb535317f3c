/* zonegate: everything public. */
#ifndef ZONEGATE_ZONEGATE_H
#define ZONEGATE_ZONEGATE_H

#include <zonegate/approval.h>
#include <zonegate/check.h>
#include <zonegate/finding.h>
#include <zonegate/gate.h>
#include <zonegate/limits.h>
#include <zonegate/memo.h>
#include <zonegate/policy.h>
#include <zonegate/report.h>
#include <zonegate/run.h>
#include <zonegate/status.h>
#include <zonegate/timing.h>
#include <zonegate/verdict.h>
#include <zonegate/version.h>

#endif

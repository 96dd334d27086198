// libpq, PostgreSQL's own client library (14 or later: pipeline mode).
#pragma once

#include <libpq-fe.h>

#ifndef ENVCTL_CEXPAT_SHIM_H
#define ENVCTL_CEXPAT_SHIM_H

#include <expat.h>

#endif

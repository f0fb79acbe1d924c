#pragma once

#include <lz4hc.h>

#include "CGlibcFloor.h"

#include <math.h>

/* The length of (x, y). In double precision no float overflows or underflows on the way. */
__attribute__((visibility("hidden"))) float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) {
        return INFINITY; /* also beside a NaN, as ISO C has it */
    }
    return (float)sqrt((double)x * x + (double)y * y);
}

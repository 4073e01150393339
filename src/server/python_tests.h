/* What pytest takes for a test, by its default rules: functions test… in files test_*.py and *_test.py, also
 * as methods of classes Test…. */
#ifndef HOTLENS_SRC_SERVER_PYTHON_TESTS_H
#define HOTLENS_SRC_SERVER_PYTHON_TESTS_H

#include "hotlens/server/documents.h"

bool feature_is_test_file(const struct hl_document *document);
/* "test_a", "TestK", "TestK::test_a": what follows the file in pytest's name of it. NULL for what is no
 * test; caller frees. */
char *feature_test_name(const struct hl_outline *outline, uint32_t index);

#endif

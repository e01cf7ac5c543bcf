configure_requires 'A', 1;
build_requires 'B', 2;
test_requires 'C', 3;
author_requires 'D', 4;

requires 'A', $ENV{A_VERSION} || '1.0';

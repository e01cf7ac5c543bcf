# still read: A B
requires 'A', '~1.0';
requires 'B', '1';

# still read: A B
requires 'A';
requires qw(X 1;
requires 'B';

# still read: A
requires 'A';
requires'B';

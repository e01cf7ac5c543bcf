# still read: A B
requires 'A', 'latest';
requires 'B';

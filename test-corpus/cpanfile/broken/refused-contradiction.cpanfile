# still read: A B
requires 'A', '> 2, < 1';
requires 'B';

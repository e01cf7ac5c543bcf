# still read: A B C
requires 'A'
requires 'B';
requires 'C';

# still read: A B
requires 'A', 089;
requires 'B';

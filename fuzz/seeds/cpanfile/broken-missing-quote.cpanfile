# still read: B C
requires 'A;
requires 'B';
requires 'C';

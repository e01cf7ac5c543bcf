# still read: A
requires 'A', '1_02';

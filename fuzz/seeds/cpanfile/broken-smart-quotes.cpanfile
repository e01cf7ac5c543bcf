# still read: B
requires ‘A’;
requires 'B';

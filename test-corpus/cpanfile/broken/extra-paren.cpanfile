# still read: A B
requires 'A');
requires 'B';

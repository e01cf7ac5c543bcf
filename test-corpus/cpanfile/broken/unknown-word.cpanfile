# still read: A B
requires 'A';
license 'perl';
requires 'B';

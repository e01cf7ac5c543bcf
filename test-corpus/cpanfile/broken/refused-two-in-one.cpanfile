# still read: A
requires 'A', '>1 <2';

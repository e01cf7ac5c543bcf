# still read: A B C
requires 'A';
<<<<<<< HEAD
requires 'B', '1';
=======
requires 'B', '2';
>>>>>>> branch
requires 'C';

requires 'A', '1';
requires 'A', '2';
on test => sub { requires 'A', '3' };
on test => sub { requires 'A', '>= 0.5' };
recommends 'A', '9';

# still read: A B C
on test => sub {
    requires 'A';
requires 'B';
on develop => sub { requires 'C' };

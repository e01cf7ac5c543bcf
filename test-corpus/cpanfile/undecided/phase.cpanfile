my $phase = lc 'TEST';
on $phase => sub { requires 'A' };

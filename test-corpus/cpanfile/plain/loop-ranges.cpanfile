my @list = (qw(A B), 'C', ('D', ('E')));
requires $_ for sort @list;
requires $_ for reverse qw(F G);
requires $_ for (@list, 'Z');

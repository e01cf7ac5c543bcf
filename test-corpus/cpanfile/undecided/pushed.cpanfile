my @list = ('A');
push @list, 'B';
requires $_ for @list;

my @modules = ('A', 'B', "C");
requires $_ for @modules;
my @more = qw(
    D
    E
);
requires $_, '1.0' foreach @more;

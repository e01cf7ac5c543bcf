requires $_ for qw(A B::C D);
for my $m (qw(E F)) { test_requires $m, '1.0' }
foreach my $m ('G', 'H') {
    requires $m;
}
for (qw( I J )) {
    requires $_ => 1;
    on develop => sub { recommends $_ };
}

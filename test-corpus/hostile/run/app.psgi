BEGIN { open my $f, '>', 'executed-psgi' }
use Hostile::Psgi;
sub { [200, [], []] };

use Test::More;
BEGIN { use_ok('Hostile::Tested') if open my $f, '>', 'executed-test' }

package Hostile::Installed;
our $VERSION = do { open my $f, '>', 'executed-installed-version'; '1.0' };
BEGIN { open my $f, '>', 'executed-installed' }
1;

package Hostile::Version;
our $VERSION = do { open my $f, '>', 'executed-version'; '1.5' };
package Hostile::Version::Second;
$VERSION = eval "open my \$f, '>', 'executed-version-eval'; 2";
package Hostile::Version::Third;
our ($VERSION) = sprintf '%d', `touch executed-version-command; echo 3`;
1;

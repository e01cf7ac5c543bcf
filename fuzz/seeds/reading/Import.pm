package Hostile::Import;
use Hostile::Used;
BEGIN { open my $f, '>', 'executed-import-begin' }
open my $f, '>', 'executed-import';
UNITCHECK { open my $f, '>', 'executed-import-unitcheck' }
CHECK { open my $f, '>', 'executed-import-check' }
INIT { open my $f, '>', 'executed-import-init' }
END { open my $f, '>', 'executed-import-end' }
sub import { open my $f, '>', 'executed-import-method' }
sub AUTOLOAD { open my $f, '>', 'executed-import-autoload' }
unshift @INC, sub { open my $f, '>', 'executed-import-hook'; return };
eval { require Hostile::Missing };
eval "use Hostile::AlsoMissing";
use if (open my $g, '>', 'executed-import-condition'), 'strict';
1;

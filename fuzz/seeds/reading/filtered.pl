use lib 'lib';
use Hostile::Filter;
eval { require Hostile::Filtered };

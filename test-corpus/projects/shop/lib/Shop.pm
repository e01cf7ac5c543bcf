package Shop;
use Mojo::Base 'Mojolicious';
1;

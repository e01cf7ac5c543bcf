use constant MIN => '1.5';
use constant { LOW => '1', HIGH => '2' };
requires 'A', MIN;
requires 'B', LOW;
requires 'C' => HIGH;

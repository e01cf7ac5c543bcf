//! The texts of perlscan's rules, and reviewed corrections of advisory data.

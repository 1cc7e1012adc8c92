global using System.Collections.Immutable;
global using Commerce.Vendors;

using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Commerce.Shop;

/// <summary>Where the shop's files are. Bound from <c>Commerce:Shop</c>.</summary>
public sealed class ShopOptions
{
    public const string Section = "Commerce:Shop";

    /// <summary>The folder of the shop's JSON files; a relative one is beside the program. Default: <c>shop</c>, the sample that comes with it.</summary>
    [Required]
    public string Directory { get; set; } = "shop";
}

[OptionsValidator]
internal sealed partial class ShopOptionsValidator : IValidateOptions<ShopOptions>;

using System.Text.RegularExpressions;
using Commerce.Payments;

namespace Commerce.Tests.Payments;

/// <summary>What Stripe's refusals are called here.</summary>
public sealed partial class StripeDeclineTests
{
    public static TheoryData<string> Codes => [.. StripeDeclines.All.Select(row => row.Vendor)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_documented_code_is_a_decline_of_ours_with_the_vendors_word_beside_it(string vendor)
    {
        var row = StripeDeclines.All.Single(row => row.Vendor == vendor);
        var decline = StripeDeclines.Of(vendor, advice: null);

        Assert.Contains(row.Code, Declines.All.Select(one => one.Code));
        Assert.Equal((row.Code, vendor, row.Hard), (decline.Code, decline.VendorCode, decline.Hard));
        Assert.True(StripeDeclines.Of(vendor, "do_not_try_again").Hard);
        Assert.False(StripeDeclines.Of(vendor, "try_again_later").Hard);
        Assert.False(StripeDeclines.Of(vendor, "confirm_card_data").Hard);
    }

    [Fact]
    public void An_unknown_code_is_a_plain_decline_that_may_be_tried_again()
    {
        var decline = StripeDeclines.Of("invented_tomorrow", advice: null);

        Assert.Equal((Declines.CardDeclined, "invented_tomorrow", false), (decline.Code, decline.VendorCode, decline.Hard));
    }

    [Fact]
    public void The_mapping_that_is_written_out_is_the_one_in_force()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "mappings", "stripe.md"));
        var written = DeclineRow().Matches(page).Select(row => (row.Groups["vendor"].Value, row.Groups["code"].Value, row.Groups["hard"].Value == "yes"));

        Assert.Equal(StripeDeclines.All.Select(row => (row.Vendor, row.Code, row.Hard)), written);
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "CommerceGrains.sln")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }

    [GeneratedRegex(@"^\| `(?<vendor>[a-z_]+)` \| `(?<code>[a-z_]+)` \| (?<hard>yes|no) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex DeclineRow();
}

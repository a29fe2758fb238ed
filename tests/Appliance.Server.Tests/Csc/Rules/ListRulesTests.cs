using Appliance.Server.Csc;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rules;
using Appliance.Server.Tests.Csc.Views;
using Appliance.Signing;

namespace Appliance.Server.Tests.Csc.Rules;

public sealed class ListRulesTests
{
    private static readonly CredentialInfo[] s_five = [.. Enumerable.Range(1, 5).Select(Samples.WithoutCertificate)];

    [Fact]
    public void Pages_join_to_the_whole()
    {
        var seen = new List<Guid>();
        string? token = null;
        do
        {
            Assert.Null(Page($"{{\"maxResults\":2,\"pageToken\":\"{token}\"}}", out var page, out token));
            Assert.InRange(page.Count, 1, 2);
            seen.AddRange(page.Select(credential => credential.Id));
        }
        while (token is not null);

        Assert.Equal(s_five.Select(credential => credential.Id), seen);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"maxResults\":0}")]
    [InlineData("{\"maxResults\":-7}")]
    [InlineData("{\"maxResults\":\"twenty\"}")]
    [InlineData("{\"maxResults\":{}}")]
    [InlineData("{\"maxResults\":1e99}")]
    [InlineData("{\"maxResults\":5}")]
    [InlineData("{\"pageToken\":null,\"maxResults\":null}")]
    public void A_limit_that_makes_no_sense_is_no_error(string json)
    {
        Assert.Null(Page(json, out var page, out var next));
        Assert.Equal(5, page.Count);
        Assert.Null(next);
    }

    [Theory]
    [InlineData("\"x\"")]
    [InlineData("17")]
    [InlineData("\"AAAAAAAAAAAAAAAAAAAAAA\"")]
    [InlineData("\"!!!!!!!!!!!!!!!!!!!!!!\"")]
    public void A_page_token_that_is_not_ours_is_invalid(string token)
        => Assert.Equal(
            "Invalid parameter pageToken", Page($"{{\"pageToken\":{token}}}", out _, out _)!.Description);

    [Theory]
    [InlineData("{\"userID\":\"someone\"}")]
    [InlineData("{\"userID\":17}")]
    public void Naming_a_user_is_refused(string json)
        => Assert.Equal(
            "userID parameter MUST be null",
            ListRules.CheckUser(
                Inputs.Parse(json, InputJson.Default.ListInput).Value,
                new Caller(Guid.NewGuid(), Guid.Empty))!.Description);

    private static CscError? Page(string json, out List<CredentialInfo> page, out string? next)
        => ListRules.Page(Inputs.Parse(json, InputJson.Default.ListInput).Value, s_five, out page, out next);
}

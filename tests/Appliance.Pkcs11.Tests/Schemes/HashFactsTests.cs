using System.Security.Cryptography;
using Appliance.Pkcs11.Schemes;

namespace Appliance.Pkcs11.Tests.Schemes;

public sealed class HashFactsTests
{
    /// <summary>RFC 8017 section 9.2 note 1; for SHA-3, RFC 9688 with the same structure.</summary>
    public static TheoryData<string, string> Prefixes => new()
    {
        { "SHA256", "3031300d060960864801650304020105000420" },
        { "SHA384", "3041300d060960864801650304020205000430" },
        { "SHA512", "3051300d060960864801650304020305000440" },
        { "SHA3-256", "3031300d060960864801650304020805000420" },
        { "SHA3-384", "3041300d060960864801650304020905000430" },
        { "SHA3-512", "3051300d060960864801650304020a05000440" },
    };

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void Digest_info_begins_as_the_standard_says(string hash, string prefix)
    {
        var facts = HashFacts.Of(new HashAlgorithmName(hash));
        Assert.Equal(prefix, Convert.ToHexStringLower(facts.DigestInfoPrefix));
        Assert.Equal(facts.Length, facts.DigestInfoPrefix[^1]);
        Assert.True(facts.DigestInfoPrefix.Length + facts.Length <= HashFacts.MaxDigestInfoLength);
    }
}

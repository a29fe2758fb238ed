using Appliance.Pkcs11.Tests.Sessions;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Vendors;

/// <summary>Wrapped keys on another vendor's token: another mechanism, and an attribute of its own.</summary>
[Collection(NssTokens.Name)]
public sealed class WrappedOnNssTests(NssToken nss)
{
    [Theory]
    [InlineData(KeyAlgorithm.EcP256)]
    [InlineData(KeyAlgorithm.EcP384)]
    [InlineData(KeyAlgorithm.Rsa2048)]
    public async Task Wrapped_keys_are_made_unwrapped_and_used(KeyAlgorithm algorithm)
    {
        var name = $"wrapper {algorithm}";
        var wrapper = nss.Token.GenerateKeyWrappingKey(System.Text.Encoding.UTF8.GetBytes(name), name);
        var made = nss.Token.GenerateWrappedKeyPair(algorithm, "w"u8, "wrapped", wrapper);
        var key = new KeyReference("w"u8, "wrapped", made.SubjectPublicKeyInfo, made.PrivateKey);
        using var group = new SlotGroup([nss.Token], new SlotGroupOptions { Sessions = 2, WrappedKeyCache = 1 });
        foreach (var scheme in AlgorithmData.SchemesFor(algorithm))
        {
            var job = Jobs.New(key, scheme, Verification.Hash(scheme, "payslip"u8));
            await Jobs.SignAsync(group, job);
            Assert.Equal((SignOutcome.Signed, 0u), (job.Outcome, job.ReturnValue));
            Assert.True(Verification.IsGood(key, scheme, job.Hashes[0], job.Signatures[0]!), scheme.ToString());
        }
    }
}

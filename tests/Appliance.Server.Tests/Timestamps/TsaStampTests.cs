using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Appliance.Server.Tests.Timestamps;

public sealed class TsaStampTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    [Theory]
    [InlineData("p256", "p256")]
    [InlineData("rsa2048", "rsa2048")]
    [InlineData(null, "p256")]
    public async Task Units_made_by_the_command_issue_tokens_that_dotnet_and_openssl_verify(string? path, string unit)
    {
        var hash = RandomNumberGenerator.GetBytes(32);
        var query = TsaAppliance.Request(hash);

        var reply = await tsa.StampAsync(path, query);

        Assert.True(Rfc3161TimestampRequest.TryDecode(query, out var request, out _));
        var token = request.ProcessResponse(reply, out _);
        using var expected = tsa.Chain(unit)[0];
        Assert.True(token.VerifySignatureForHash(hash, HashAlgorithmName.SHA256, out var signer));
        Assert.Equal(expected, signer);

        var folder = Directory.CreateTempSubdirectory("tsa-").FullName;
        try
        {
            await File.WriteAllBytesAsync(folder + "/q", query, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(folder + "/r", reply, TestContext.Current.CancellationToken);
            using var authority = tsa.Chain(unit)[1];
            await File.WriteAllTextAsync(
                folder + "/ca", authority.ExportCertificatePem(), TestContext.Current.CancellationToken);
            var said = OpenSsl.Run(
                "ts", "-verify", "-queryfile", folder + "/q", "-in", folder + "/r", "-CAfile", folder + "/ca");
            Assert.Contains("Verification: OK", said, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

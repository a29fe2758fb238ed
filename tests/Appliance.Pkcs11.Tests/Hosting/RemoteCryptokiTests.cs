using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>Administration of a real token whose library is in a child process.</summary>
public sealed class RemoteCryptokiTests
{
    private static readonly SignatureScheme s_ecdsa = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly SoftHsm _hsm;

    public RemoteCryptokiTests(SoftHsm hsm) => _hsm = hsm;

    [Fact]
    public void Tokens_and_mechanisms_are_those_of_the_library_in_this_process()
    {
        using var hosted = new HostedHsm(_hsm);
        Assert.Equal(_hsm.Module.Info, hosted.Module.Info);

        // Other tests make and remove tokens meanwhile: those of this one stay.
        Assert.Contains(_hsm.Payroll.Info.SerialNumber, Serials(_hsm.Module), StringComparer.Ordinal);
        Assert.Contains(_hsm.Payroll.Info.SerialNumber, Serials(hosted.Module), StringComparer.Ordinal);

        // SoftHSM2 leaves the flags of some as they were in memory.
        Assert.Equal(_hsm.Payroll.Mechanisms.Keys.Order(), hosted.Open("Payroll").Mechanisms.Keys.Order());
        Assert.Equal(
            _hsm.Payroll.Mechanisms[0x1041] with { Flags = 0 },
            hosted.Open("Payroll").Mechanisms[0x1041] with { Flags = 0 });
    }

    private static IEnumerable<string> Serials(Pkcs11Module module)
        => module.ListTokens().Select(token => token.SerialNumber);

    [Theory]
    [InlineData(KeyAlgorithm.EcP256)]
    [InlineData(KeyAlgorithm.Rsa2048)]
    public void A_key_is_made_found_used_and_destroyed(KeyAlgorithm algorithm)
    {
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.OpenLoggedIn("Spare");
        var id = RandomNumberGenerator.GetBytes(8);
        var label = "hosted " + algorithm;
        var key = new KeyReference(id, label, token.GenerateKeyPair(algorithm, id, label));
        var scheme = AlgorithmData.SchemesFor(algorithm).First();
        var hash = Verification.Hash(scheme, "one"u8);
        var signature = token.Sign(key, scheme, hash);
        Assert.True(Verification.IsGood(key, scheme, hash, signature));
        Assert.True(token.Verify(key, scheme, hash, signature));
        signature[^1] ^= 1;
        Assert.False(token.Verify(key, scheme, hash, signature));
        Assert.Contains(token.FindKeys(id), found => found.SubjectPublicKeyInfo?.SequenceEqual(
            key.SubjectPublicKeyInfo.ToArray()) == true);
        Assert.Equal(2, token.DestroyKey(id, label));
        Assert.Empty(token.FindKeys(id));
    }

    [Theory]
    [InlineData(WrapMechanism.AesKeyWrapPad)]
    [InlineData(WrapMechanism.AesGcm)]
    [InlineData(WrapMechanism.RsaOaep)]
    public void A_secret_is_wrapped_and_comes_back(WrapMechanism mechanism)
    {
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.OpenLoggedIn("Spare");
        var id = RandomNumberGenerator.GetBytes(8);
        var secret = RandomNumberGenerator.GetBytes(32);
        var key = token.GenerateWrappingKey(mechanism, id, "hosted wrapper");
        var wrapped = token.WrapSecret(key, mechanism, secret);
        using var back = token.UnwrapSecret(key, wrapped);
        Assert.Equal(secret, back.GetSpan().ToArray());
        wrapped.Data[^1] ^= 1;
        Assert.Throws<Pkcs11Exception>(() => token.UnwrapSecret(key, wrapped));
        token.DestroyKey(id, "hosted wrapper");
    }

    [Fact]
    public void Calls_of_many_threads_get_each_their_own_answer()
    {
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.OpenLoggedIn("Payroll");
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            var hash = SHA256.HashData(BitConverter.GetBytes(number));
            Assert.True(Verification.IsGood(key, s_ecdsa, hash, token.Sign(key, s_ecdsa, hash)));
        });
    }

    [Fact]
    public void A_wrong_PIN_is_refused_and_not_tried_again()
    {
        using var hosted = new HostedHsm(_hsm);
        var token = hosted.Open("Logins");
        var memory = _hsm.NewRefusedPins();
        var first = Assert.Throws<TokenLoginException>(() => token.Login(PinSource.FromBytes("0000"u8), memory));
        Assert.Equal(TokenLoginFailure.PinRefused, first.Failure);
        var second = Assert.Throws<TokenLoginException>(() => token.Login(PinSource.FromBytes("0000"u8), memory));
        Assert.NotEqual(TokenLoginFailure.TokenError, second.Failure);
        var right = PinSource.FromBytes(System.Text.Encoding.UTF8.GetBytes(SoftHsm.Pin));
        token.Login(right, _hsm.NewRefusedPins(), force: true);
        Assert.True(token.IsLoggedIn);
    }

    [Fact]
    public void What_is_no_library_is_told_as_if_it_were_loaded_here()
    {
        Assert.Throws<DllNotFoundException>(() => new HostedHsm(_hsm, library: "/no/such/library.so"));
        Assert.Throws<NotSupportedException>(() => new HostedHsm(_hsm, library: "libc.so.6"));
        Assert.Throws<ModuleHostException>(() => new HostedHsm(
            _hsm, options => options with { Command = ["/no/such/program"] }));
        Assert.Throws<ModuleHostException>(
            () => new HostedHsm(_hsm, options => options with { Command = ["/bin/true"] }));
    }
}

using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests;

public sealed class Pkcs11ModuleTests
{
    private readonly SoftHsm _hsm;

    public Pkcs11ModuleTests(SoftHsm hsm) => _hsm = hsm;

    [Fact]
    public void A_module_tells_what_it_is()
    {
        Assert.Equal(new Version(2, 40), _hsm.Module.Info.CryptokiVersion);
        Assert.Equal("SoftHSM", _hsm.Module.Info.Manufacturer);
        Assert.Equal(new Version(2, 6), _hsm.Module.Info.LibraryVersion);
    }

    [Fact]
    public void A_library_is_initialised_once_and_outlives_all_but_its_last_opener()
    {
        using (var second = Pkcs11Module.Load(SoftHsm.Library))
        {
            Assert.Equal(_hsm.Module.ListTokens().Count, second.ListTokens().Count);
        }

        Assert.NotEmpty(_hsm.Module.ListTokens());
    }

    [Theory]
    [InlineData("Spare")]
    [InlineData("label:Spare")]
    [InlineData("pkcs11:token=Spare")]
    [InlineData("pkcs11:model=SoftHSM%20v2;token=%53pare;manufacturer=SoftHSM%20project")]
    public void A_token_is_chosen_by_label_or_uri(string selector)
    {
        using var token = _hsm.Module.OpenToken(TokenSelector.Parse(selector));
        Assert.Equal("Spare", token.Info.Label);
    }

    [Fact]
    public void A_token_is_chosen_by_serial()
    {
        var twins = _hsm.Module.ListTokens().Where(token => token.Label == "Twin").ToList();
        Assert.Equal(2, twins.Count);
        foreach (var twin in twins)
        {
            using var token = _hsm.Module.OpenToken(TokenSelector.Parse("serial:" + twin.SerialNumber));
            Assert.Equal(twin.SlotId, token.Info.SlotId);
            using var byUri = _hsm.Module.OpenToken(
                TokenSelector.Parse($"pkcs11:token=Twin;serial={twin.SerialNumber}"));
            Assert.Equal(twin.SlotId, byUri.Info.SlotId);
        }
    }

    [Fact]
    public void A_label_may_need_percent_decoding()
    {
        using var token = _hsm.Module.OpenToken(TokenSelector.Parse("pkcs11:token=L%C3%B6hne%3b50%25"));
        Assert.Equal("Löhne;50%", token.Info.Label);
    }

    [Fact]
    public void An_ambiguous_or_missing_token_is_an_error_that_names_what_there_is()
    {
        var ambiguous = Assert.Throws<TokenNotFoundException>(
            () => _hsm.Module.OpenToken(TokenSelector.Parse("Twin")));
        Assert.Contains("Several tokens match \"Twin\"", ambiguous.Message, StringComparison.Ordinal);
        var missing = Assert.Throws<TokenNotFoundException>(
            () => _hsm.Module.OpenToken(TokenSelector.Parse("Nobody")));
        Assert.Contains("\"Nobody\"", missing.Message, StringComparison.Ordinal);
        Assert.Contains("\"Payroll\"", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_pkcs11_library_is_refused()
    {
        Assert.Throws<DllNotFoundException>(() => Pkcs11Module.Load("/nowhere/libnothing.so"));
        var refusal = Assert.Throws<NotSupportedException>(() => Pkcs11Module.Load("libc.so.6"));
        Assert.Contains("C_GetFunctionList", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_of_version_3_is_loaded_by_its_interface()
    {
        const string OpenSc = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";
        Assert.SkipUnless(File.Exists(OpenSc), "Needs OpenSC, whose library has C_GetInterface.");
        using var module = Pkcs11Module.Load(OpenSc);
        Assert.Equal(new Version(3, 0), module.Info.CryptokiVersion);
        Assert.Contains("OpenSC", module.Info.Manufacturer, StringComparison.Ordinal);
        _ = module.ListTokens();
    }

    [Fact]
    public void A_token_keeps_its_module()
    {
        using var slot = new Fakes.FakeSlot();
        var module = Fakes.FakeLibrary.Load();
        using var token = module.OpenToken(TokenSelector.Parse("serial:" + slot.Serial));
        module.Dispose();
        Assert.Equal(slot.Label, token.ReadInfo().Label);
        Assert.Throws<ObjectDisposedException>(() => module.ListTokens());
    }

    [Fact]
    public void Mechanisms_tell_their_key_sizes()
    {
        var rsa = _hsm.Payroll.Mechanisms[0x0001];
        Assert.True(rsa.MinKeySize <= 2048 && rsa.MaxKeySize >= 4096);
    }
}

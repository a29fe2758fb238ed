namespace Appliance.Pkcs11.Tests.Policy;

/// <summary>Which profile is taken, and that each value says where it comes from.</summary>
public sealed class VendorProfileTests
{
    [Theory]
    [InlineData("/usr/lib/softhsm/libsofthsm2.so", "SoftHSM", "SoftHSM project", "SoftHSM v2", "SoftHSM2")]
    [InlineData("/opt/some.so", "", "SoftHSM project", "SoftHSM v2", "SoftHSM2")]
    [InlineData("/usr/lib/pkcs11/p11-kit-client.so", "PKCS#11 Kit", "SoftHSM project", "SoftHSM v2", "p11-kit")]
    [InlineData("/usr/safenet/lunaclient/lib/libCryptoki2_64.so", "SafeNet", "SafeNet", "Luna K7", "Luna")]
    [InlineData("/opt/nfast/toolkits/pkcs11/libcknfast.so", "nCipher Corp. Ltd", "nCipher Corp. Ltd", "", "nShield")]
    [InlineData("/opt/utimaco/lib/libcs_pkcs11_R3.so", "Utimaco IS GmbH", "Utimaco IS GmbH", "", "Utimaco")]
    [InlineData("/opt/cloudhsm/lib/libcloudhsm_pkcs11.so", "", "Marvell Semiconductors, Inc.", "", "AWS CloudHSM")]
    [InlineData("/usr/lib/pkcs11/yubihsm_pkcs11.so", "Yubico (www.yubico.com)", "Yubico", "YubiHSM", "YubiHSM 2")]
    [InlineData("/usr/lib/libkryoptic_pkcs11.so", "Kryoptic", "Kryoptic", "", "Kryoptic")]
    [InlineData("/usr/lib/libsoftokn3.so", "Mozilla Foundation", "Mozilla Foundation", "NSS 3", "NSS")]
    [InlineData("/usr/lib/opencryptoki/PKCS11_API.so", "IBM", "IBM", "Soft", "default")]
    public void Module_and_token_tell_whose_they_are(
        string path, string library, string manufacturer, string model, string expected)
    {
        var module = new ModuleInfo(path, new Version(2, 40), library, "", new Version(1, 0));
        var token = new TokenInfo
        {
            Label = "",
            SerialNumber = "",
            Manufacturer = manufacturer,
            Model = model,
            SlotId = 0,
            Flags = TokenFlags.None,
        };
        Assert.Equal(expected, VendorProfile.For(module, token).Name);
    }

    [Fact]
    public void Names_are_unique_and_found_in_any_case()
    {
        Assert.Equal(
            VendorProfile.All.Count,
            VendorProfile.All.Select(profile => profile.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(
            VendorProfile.All, profile => Assert.Same(profile, VendorProfile.Find(profile.Name.ToUpperInvariant())));
        Assert.Null(VendorProfile.Find("nobody"));
    }

    [Fact]
    public void A_keepalive_is_well_below_the_idle_time()
        => Assert.All(
            VendorProfile.All,
            profile => Assert.True(
                profile.IdleTimeout.Value is not { } idle || profile.KeepAlive.Value <= idle / 2, profile.Name));
}

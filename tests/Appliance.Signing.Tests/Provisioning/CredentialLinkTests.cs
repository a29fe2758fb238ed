using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Signing.Tests.Provisioning;

public sealed class CredentialLinkTests
{
    private static readonly CredentialRow s_row = new(
        Id: new Guid("019aa6d0-0000-7000-8000-000000000001"),
        ProfileId: new Guid("019aa6d0-0000-7000-8000-000000000002"),
        SignerId: new Guid("019aa6d0-0000-7000-8000-000000000003"),
        KeyId: [1, 2, 3],
        KeyLabel: "key",
        KeyAlgorithm: 4,
        PublicKey: [0x30, 0x59],
        LinkMac: [],
        Certificates: [],
        State: CredentialState.Pending,
        Scal: 2,
        Multisign: 10,
        Description: "",
        NotBefore: 0,
        NotAfter: 0,
        Version: 1,
        CreatedAt: 0);

    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(32);

    private readonly CredentialLink _link = new(s_key);

    public static TheoryData<CredentialRow> Changed => new(
        s_row with { Id = Guid.Empty },
        s_row with { ProfileId = s_row.SignerId },
        s_row with { SignerId = s_row.ProfileId },
        s_row with { KeyId = [1, 2, 4] },
        s_row with { KeyId = [1, 2], KeyLabel = "\u0003key" },
        s_row with { KeyLabel = "kex" },
        s_row with { KeyAlgorithm = 5 },
        s_row with { PublicKey = [0x30, 0x5A] },
        s_row with { Scal = 1 },
        s_row with { Multisign = 11 },
        s_row with { Extension = ExtensionPolicy.Seal },
        s_row with { SadReuse = SadReuse.OneShot },
        s_row with { Metered = true },
        s_row with { WrappedKey = [1] },
        s_row with { WrappingKeyId = [1] });

    private static readonly CredentialRow s_wrapped = s_row with { WrappingKeyId = [7, 7], WrappedKey = [8, 8, 8] };

    public static TheoryData<CredentialRow> ChangedBlobs => new(
        s_wrapped with { Id = Guid.Empty },
        s_wrapped with { PublicKey = [0x30, 0x5A] },
        s_wrapped with { WrappedKey = [8, 8, 9] },
        s_wrapped with { WrappedKey = [] },
        s_wrapped with { WrappingKeyId = [7] },
        s_wrapped with { WrappingKeyId = [7], WrappedKey = [7, 8, 8, 8] },
        s_row);

    [Fact]
    public void An_untouched_row_verifies()
        => Assert.True(_link.Verify(s_row with { LinkMac = _link.Compute(s_row) }));

    [Fact]
    public void What_may_change_does_not_break_the_link()
        => Assert.True(_link.Verify(s_row with
        {
            LinkMac = _link.Compute(s_row),
            State = CredentialState.Enabled,
            Certificates = [[1]],
            Description = "renamed",
            NotBefore = 1,
            NotAfter = 2,
            Version = 7,
        }));

    [Theory]
    [MemberData(nameof(Changed), DisableDiscoveryEnumeration = true)]
    public void Whatever_else_changes_breaks_it(CredentialRow changed)
        => Assert.False(_link.Verify(changed with { LinkMac = _link.Compute(s_row) }));

    [Fact]
    public void A_wrapped_key_belongs_to_its_row()
        => Assert.True(_link.Verify(s_wrapped with { LinkMac = _link.Compute(s_wrapped) }));

    [Theory]
    [MemberData(nameof(ChangedBlobs), DisableDiscoveryEnumeration = true)]
    public void A_wrapped_key_is_moved_changed_and_taken_away_in_vain(CredentialRow changed)
        => Assert.False(_link.Verify(changed with { LinkMac = _link.Compute(s_wrapped) }));

    [Fact]
    public void A_row_from_before_there_were_policies_has_the_defaults_and_no_others()
    {
        var row = s_row with { LinkMac = FirstFormat(s_key, s_row) };

        Assert.True(_link.Verify(row));
        Assert.False(_link.Verify(row with { Extension = ExtensionPolicy.Seal }));
        Assert.False(_link.Verify(row with { SadReuse = SadReuse.OneShot }));
        Assert.False(_link.Verify(row with { Metered = true }));
    }

    [Fact]
    public void A_mac_of_another_key_or_length_is_refused()
    {
        var other = new CredentialLink(RandomNumberGenerator.GetBytes(32));

        Assert.False(_link.Verify(s_row with { LinkMac = other.Compute(s_row) }));
        Assert.False(_link.Verify(s_row));
        Assert.False(_link.Verify(s_row with { LinkMac = _link.Compute(s_row)[..31] }));
    }

    /// <summary>As the first release made it.</summary>
    private static byte[] FirstFormat(byte[] key, CredentialRow row)
    {
        using var message = new MemoryStream();
        message.Write("appliance credential link"u8);
        message.WriteByte(1);
        message.Write(row.Id.ToByteArray(bigEndian: true));
        message.Write(row.SignerId.ToByteArray(bigEndian: true));
        message.Write(row.ProfileId.ToByteArray(bigEndian: true));
        WriteBytes(message, row.KeyId);
        WriteBytes(message, Encoding.UTF8.GetBytes(row.KeyLabel));
        WriteNumber(message, row.KeyAlgorithm);
        WriteBytes(message, row.PublicKey);
        WriteNumber(message, row.Scal);
        WriteNumber(message, row.Multisign);
        return HMACSHA256.HashData(key, message.ToArray());
    }

    private static void WriteBytes(MemoryStream message, byte[] value)
    {
        WriteNumber(message, value.Length);
        message.Write(value);
    }

    private static void WriteNumber(MemoryStream message, int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        message.Write(bytes);
    }
}

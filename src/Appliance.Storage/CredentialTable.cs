using System.Security.Cryptography;
using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The credentials and their certificate chains.</summary>
public sealed class CredentialTable
{
    private const string Columns =
        "id, profile_id, signer_id, key_id, key_label, key_algorithm, public_key, link_mac, state, scal, multisign, " +
        "description, not_before, not_after, version, created_at, extension, sad_reuse, metered, factors, " +
        "wrapping_key_id, wrapped_key";

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _listBySigner;
    private readonly Statement _list;
    private readonly Statement _findByPublicKey;
    private readonly Statement _setValidity;
    private readonly Statement _setState;
    private readonly Statement _changeState;
    private readonly Statement _setPolicies;
    private readonly Statement _certificates;
    private readonly Statement _addCertificate;
    private readonly Statement _removeCertificates;
    private readonly Statement _erase;
    private readonly Statement _addDigest;
    private readonly Statement _digests;

    internal CredentialTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO credential ({Columns}) " +
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, " +
            "?22)");
        _find = session.Prepare($"SELECT {Columns} FROM credential WHERE id = ?1");
        _listBySigner = session.Prepare(
            $"SELECT {Columns} FROM credential WHERE signer_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
        _list = session.Prepare($"SELECT {Columns} FROM credential WHERE id > ?1 ORDER BY id LIMIT ?2");
        _findByPublicKey = session.Prepare(
            $"SELECT {Columns} FROM credential WHERE public_key = ?1 ORDER BY id LIMIT 1");
        _setValidity = session.Prepare(
            "UPDATE credential SET not_before = ?2, not_after = ?3, version = version + 1 WHERE id = ?1");
        _setState = session.Prepare("UPDATE credential SET state = ?2, version = version + 1 WHERE id = ?1");
        _changeState = session.Prepare(
            "UPDATE credential SET state = ?3, version = version + 1 WHERE id = ?1 AND state = ?2");
        _setPolicies = session.Prepare(
            "UPDATE credential SET extension = ?2, sad_reuse = ?3, metered = ?4, factors = ?5, link_mac = ?6, " +
            "version = version + 1 WHERE id = ?1");
        _certificates = session.Prepare("SELECT der FROM certificate WHERE credential_id = ?1 ORDER BY position");
        _addCertificate = session.Prepare(
            "INSERT INTO certificate (credential_id, position, der) VALUES (?1, ?2, ?3)");
        _erase = session.Prepare(
            "UPDATE credential SET state = 2, description = '', version = version + 1 WHERE id = ?1");
        _addDigest = session.Prepare(
            "INSERT INTO certificate_digest (credential_id, position, sha256) VALUES (?1, ?2, ?3) " +
            "ON CONFLICT (credential_id, position) DO NOTHING");
        _digests = session.Prepare(
            "SELECT sha256 FROM certificate_digest WHERE credential_id = ?1 ORDER BY position");
        _removeCertificates = session.Prepare("DELETE FROM certificate WHERE credential_id = ?1");
    }

    /// <summary>Adds a credential with its certificates.</summary>
    public void Insert(CredentialRow row)
    {
        _insert.Start()
            .Bind(row.Id).Bind(row.ProfileId).Bind(row.SignerId).Bind(row.KeyId).Bind(row.KeyLabel)
            .Bind(row.KeyAlgorithm).Bind(row.PublicKey).Bind(row.LinkMac).Bind((int)row.State).Bind(row.Scal)
            .Bind(row.Multisign).Bind(row.Description).Bind(row.NotBefore).Bind(row.NotAfter).Bind(row.Version)
            .Bind(row.CreatedAt).Bind((int)row.Extension).Bind((int)row.SadReuse).Bind(row.Metered ? 1 : 0)
            .Bind((int)row.Factors).Bind(row.WrappingKeyId).Bind(row.WrappedKey)
            .Execute();
        AddCertificates(row.Id, row.Certificates);
    }

    /// <summary>The credential with this id, or null.</summary>
    public CredentialRow? Find(Guid id) => All(_find.Start().Bind(id)).FirstOrDefault();

    /// <summary>The oldest credential of a key, or null. Looks at all credentials: for administration.</summary>
    /// <param name="publicKey">SubjectPublicKeyInfo, DER.</param>
    public CredentialRow? FindByPublicKey(byte[] publicKey)
        => All(_findByPublicKey.Start().Bind(publicKey)).FirstOrDefault();

    /// <summary>A page of a signer's credentials, oldest first.</summary>
    /// <param name="signerId">Whose.</param>
    /// <param name="after">The last id of the page before; empty for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public IReadOnlyList<CredentialRow> ListBySigner(Guid signerId, Guid after = default, int limit = 1_000)
        => All(_listBySigner.Start().Bind(signerId).Bind(after).Bind(limit));

    /// <summary>A page of all credentials, oldest first.</summary>
    /// <param name="after">The last id of the page before; empty for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public IReadOnlyList<CredentialRow> List(Guid after = default, int limit = 1_000)
        => All(_list.Start().Bind(after).Bind(limit));

    /// <summary>Replaces the certificate chain and its validity; raises the version.</summary>
    /// <param name="id">The credential.</param>
    /// <param name="certificates">DER, leaf first.</param>
    /// <param name="notBefore">Unix milliseconds.</param>
    /// <param name="notAfter">Unix milliseconds.</param>
    /// <returns>False when there is no such credential.</returns>
    public bool SetCertificates(Guid id, IReadOnlyList<byte[]> certificates, long notBefore, long notAfter)
    {
        if (_setValidity.Start().Bind(id).Bind(notBefore).Bind(notAfter).Execute() == 0)
        {
            return false;
        }

        _removeCertificates.Start().Bind(id).Execute();
        AddCertificates(id, certificates);
        return true;
    }

    /// <summary>Switches the credential; raises the version.</summary>
    /// <returns>False when there is no such credential.</returns>
    public bool SetState(Guid id, CredentialState state)
        => _setState.Start().Bind(id).Bind((int)state).Execute() == 1;

    /// <summary>Switches the credential from one state to another; raises the version.</summary>
    /// <returns>False when it is not in that state, which another node may have changed in this moment.</returns>
    public bool ChangeState(Guid id, CredentialState from, CredentialState to)
        => _changeState.Start().Bind(id).Bind((int)from).Bind((int)to).Execute() == 1;

    /// <summary>Writes the policies and the MAC that covers them; raises the version.</summary>
    /// <returns>False when there is no such credential.</returns>
    public bool SetPolicies(CredentialRow row) => _setPolicies.Start()
        .Bind(row.Id).Bind((int)row.Extension).Bind((int)row.SadReuse).Bind(row.Metered ? 1 : 0)
        .Bind((int)row.Factors).Bind(row.LinkMac)
        .Execute() == 1;

    /// <summary>
    /// Switches a credential off for good and removes what names its holder: the description, and the certificates, of
    /// which the SHA-256 stays. The public key stays, so that what was signed can still be tied to it.
    /// </summary>
    public void Erase(CredentialRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _erase.Start().Bind(row.Id).Execute();
        for (var position = 0; position < row.Certificates.Count; position++)
        {
            _addDigest.Start().Bind(row.Id).Bind(position).Bind(SHA256.HashData(row.Certificates[position])).Execute();
        }

        _removeCertificates.Start().Bind(row.Id).Execute();
    }

    /// <summary>SHA-256 of the certificates that <see cref="Erase"/> removed, leaf first.</summary>
    public IReadOnlyList<byte[]> ListCertificateDigests(Guid id)
    {
        using var rows = _digests.Start().Bind(id).Rows();
        var result = new List<byte[]>();
        while (rows.Next())
        {
            result.Add(rows.Bytes(0));
        }

        return result;
    }

    private void AddCertificates(Guid id, IReadOnlyList<byte[]> certificates)
    {
        for (var position = 0; position < certificates.Count; position++)
        {
            _addCertificate.Start().Bind(id).Bind(position).Bind(certificates[position]).Execute();
        }
    }

    private List<CredentialRow> All(Statement statement)
    {
        using var rows = statement.Rows();
        var result = new List<CredentialRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    private CredentialRow Read(Rows rows) => new(
        rows.Guid(0),
        rows.Guid(1),
        rows.Guid(2),
        rows.Bytes(3),
        rows.Text(4),
        rows.Int32(5),
        rows.Bytes(6),
        rows.Bytes(7),
        ReadCertificates(rows.Guid(0)),
        (CredentialState)rows.Int32(8),
        rows.Int32(9),
        rows.Int32(10),
        rows.Text(11),
        rows.Int64(12),
        rows.Int64(13),
        rows.Int64(14),
        rows.Int64(15))
    {
        Extension = (ExtensionPolicy)rows.Int32(16),
        SadReuse = (SadReuse)rows.Int32(17),
        Metered = rows.Flag(18),
        Factors = (CredentialFactors)rows.Int32(19),
        WrappingKeyId = rows.Bytes(20),
        WrappedKey = rows.Bytes(21),
    };

    private List<byte[]> ReadCertificates(Guid id)
    {
        using var rows = _certificates.Start().Bind(id).Rows();
        var result = new List<byte[]>();
        while (rows.Next())
        {
            result.Add(rows.Bytes(0));
        }

        return result;
    }
}

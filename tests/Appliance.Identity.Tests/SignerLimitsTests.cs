using System.Security.Cryptography;
using Appliance.Factors;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity.Tests;

/// <summary>Limiting beside what else takes a signer out of service.</summary>
public sealed class SignerLimitsTests : IAsyncDisposable
{
    private readonly ClientBench _bench = new();
    private readonly SignerLimits _limits;
    private readonly SignerRecords _records;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public SignerLimitsTests()
    {
        var (commits, time) = (_bench.Base.Commits, _bench.Base.Time);
        var (contacts, notices) = (new Contacts(_key), new Notices(_key, time));
        var approvals = new Approvals(
            _key, contacts, notices, new LinkAddresses(time), new ApprovalOptions(), time);
        _limits = new SignerLimits(commits, contacts, notices, approvals, time, _bench.Tokens);
        _records = new SignerRecords(_bench.Base.Store, commits, time, _bench.Tokens);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Nobody_lifts_a_restriction_by_a_limit_and_its_end()
    {
        var signer = await _bench.Base.AddSigner();
        await _records.RestrictAsync(signer, ClientBench.Test);

        await _limits.LimitAsync(signer, "ops", null, ClientBench.Test);

        Assert.Equal(SignerState.Restricted, StateOf(signer));
        Assert.Equal(DirectoryFault.NotLimited, await FaultOf(_limits.RestoreAsync(
            signer, "ops", null, ClientBench.Test)));
        Assert.Equal(SignerState.Restricted, StateOf(signer));
        await _records.LiftAsync(signer, ClientBench.Test);
        Assert.Equal(SignerState.Limited, StateOf(signer));
        await _limits.RestoreAsync(signer, "ops", null, ClientBench.Test);
        Assert.Equal(SignerState.Active, StateOf(signer));
    }

    [Fact]
    public async Task Who_is_erased_stays_so()
    {
        var signer = await _bench.Base.AddSigner();
        await _records.EraseAsync(signer, ClientBench.Test);

        Assert.Equal(DirectoryFault.SignerErased, await FaultOf(_limits.LimitAsync(
            signer, "ops", null, ClientBench.Test)));
        Assert.Equal(DirectoryFault.NotLimited, await FaultOf(_limits.RestoreAsync(
            signer, "ops", null, ClientBench.Test)));
        Assert.Equal(SignerState.Erased, StateOf(signer));
    }

    [Fact]
    public async Task The_tokens_of_a_limited_organisations_clients_are_worth_nothing_at_once()
    {
        var organisations = new OrganisationDirectory(_bench.Base.Store, _bench.Base.Commits, _key, _bench.Base.Time);
        var organisation = await organisations.AddAsync(
            new NewOrganisation("exemplu@example.ro", "Exemplu SRL"), ClientBench.Test);
        var (client, secret) = await _bench.AddWithSecretAsync(new ClientOrder { OrganisationId = organisation.Id });
        var token = await _bench.TokenAsync(client.Id, secret);
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(token).Status);

        await _limits.LimitAsync(organisation.Id, "ops", null, ClientBench.Test);

        Assert.Equal(TokenStatus.Expired, _bench.Tokens.Glance(token).Status);
    }

    private SignerState StateOf(Guid signer) => _bench.Base.Store.Read(c => c.Signers.Find(signer)!.State);

    private static async Task<DirectoryFault> FaultOf(Task act)
        => (await Assert.ThrowsAsync<DirectoryException>(() => act)).Fault;
}

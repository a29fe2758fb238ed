namespace Appliance.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public void An_activation_comes_back_with_the_present_state_of_its_credential_and_signer()
    {
        var credential = AddCredential();
        var row = Activation(credential.Id, total: 5);
        var sequence = Commit(() => Writer.Activations.Insert(row));
        Assert.True(Writer.Credentials.SetState(credential.Id, CredentialState.Suspended));
        Assert.True(Writer.Signers.SetState(_signer, SignerState.Limited));

        var states = new OccurrenceStates();
        var check = Commit(() => Writer.Activations.TryCheck(row.Id, states, out var found) ? found : default);

        Assert.Equal(
            row with { Sequence = sequence }, _temporary.Store.Read(c => c.Activations.Find(row.Id)));
        Assert.Equal(
            new ActivationCheck
            {
                Sequence = sequence,
                CredentialId = credential.Id,
                SignerId = _signer,
                ClientId = row.ClientId,
                State = ActivationState.Open,
                Scal = 2,
                Total = 5,
                Remaining = 5,
                ExpiresAt = row.ExpiresAt,
                Mac = row.Mac,
                CredentialState = CredentialState.Suspended,
                CredentialVersion = credential.Version + 1,
                NotBefore = credential.NotBefore,
                NotAfter = credential.NotAfter,
                SignerState = SignerState.Limited,
                Given = row.Given,
                AuthorisedAt = row.AuthorisedAt,
                Client = ClientStanding.Unknown,
            },
            check);
        Assert.True(states.Count >= 5);
        Assert.Equal(OccurrenceState.Authorised, states[0]);
        Assert.False(Commit(() => Writer.Activations.TryCheck(NewId(), states, out _)));
        Assert.Null(_temporary.Store.Read(c => c.Activations.Find(NewId())));
    }

    [Fact]
    public void The_largest_numbers_come_back()
    {
        var credential = AddCredential();
        var row = Activation(credential.Id, total: 3) with { Mac = UInt128.MaxValue, ExpiresAt = long.MaxValue };

        var sequence = Commit(() => Writer.Activations.Insert(row));

        Assert.Equal(
            row with { Sequence = sequence }, _temporary.Store.Read(c => c.Activations.Find(row.Id)));
    }

    [Fact]
    public void States_and_what_is_left_are_those_written_last()
    {
        var row = Activation(AddCredential().Id, total: 6);
        var incarnation = BeginIncarnation();
        var sequence = Commit(() => Writer.Activations.Insert(row));
        for (var i = 0; i < 6; i++)
        {
            var ordinal = i;
            Commit(() => Add(sequence, ordinal));
        }

        var states = new OccurrenceStates();
        Commit(() =>
        {
            Assert.True(Writer.Activations.TryReadStates(row.Id, states, out var found, out var left, out var scal));
            Assert.Equal((sequence, 6, 2), (found, left, scal));
            (states[0], states[1], states[5]) = (OccurrenceState.Used, OccurrenceState.Spent, OccurrenceState.Used);
            Writer.Activations.Update(sequence, 3, states);
            // In the same transaction it is read as it was written.
            Assert.True(Writer.Activations.TryReadStates(row.Id, states, out _, out left, out _));
            Assert.Equal(3, left);
            return Writer.Reservations.Insert(incarnation, NewId(), row.Id, [5]);
        });

        Assert.Equal(new ActivationTally(3, 1, 1, 1), _temporary.Store.Read(c => c.Activations.Tally(row.Id)));
        Assert.Equal(3, _temporary.Store.Read(c => c.Activations.Find(row.Id)!.Remaining));
        Commit(() =>
        {
            Assert.True(Writer.Activations.TryReadStates(row.Id, states, out _, out _, out _));
            Writer.Activations.Close(sequence);
            return 0;
        });
        var closed = _temporary.Store.Read(c => c.Activations.Find(row.Id)!);
        Assert.Equal((ActivationState.Void, 0), (closed.State, closed.Remaining));

        int Add(long to, int ordinal)
        {
            Writer.ActivationHashes.Insert(to, ordinal, Hash(ordinal), (UInt128)ordinal);
            return 0;
        }
    }

    [Fact]
    public void Less_than_nothing_cannot_be_left()
    {
        var row = Activation(AddCredential().Id, total: 1);
        var sequence = Commit(() => Writer.Activations.Insert(row));

        var error = Assert.Throws<StoreException>(() => Commit(() =>
        {
            var states = new OccurrenceStates();
            Assert.True(Writer.Activations.TryReadStates(row.Id, states, out _, out _, out _));
            Writer.Activations.Update(sequence, -1, states);
            return 0;
        }));

        Writer.Rollback();
        Assert.Equal(StoreFailure.Constraint, error.Failure);
        Assert.Equal(1, _temporary.Store.Read(c => c.Activations.Find(row.Id)!.Remaining));
    }

    [Fact]
    public void An_occurrence_is_found_while_it_may_be_signed()
    {
        var row = Activation(AddCredential().Id, total: 4);
        var states = new OccurrenceStates();
        states.Clear(4);
        var sequence = Commit(() =>
        {
            var number = Writer.Activations.Insert(row);
            Writer.ActivationHashes.Insert(number, 0, Hash(1), 10);
            Writer.ActivationHashes.Insert(number, 1, Hash(1), 11);
            Writer.ActivationHashes.Insert(number, 2, Hash(2), UInt128.MaxValue);
            return number;
        });

        Assert.Equal((0, (UInt128)10), Find(1)!.Value);
        states[0] = OccurrenceState.Used;
        Assert.Equal((1, (UInt128)11), Find(1)!.Value);
        states[1] = OccurrenceState.Spent;
        Assert.Null(Find(1));
        Assert.Equal((2, UInt128.MaxValue), Find(2)!.Value);
        Assert.Null(Find(3));
        Commit(() =>
        {
            Writer.ActivationHashes.Delete(sequence, 2, Hash(2));
            return 0;
        });
        Assert.Null(Find(2));

        (int Ordinal, UInt128 Mac)? Find(int hash) => Commit<(int, UInt128)?>(() =>
        {
            Assert.True(Writer.Activations.TryCheck(row.Id, new OccurrenceStates(), out _));
            return Writer.ActivationHashes.TryFind(sequence, Hash(hash), 0, states, out var ordinal, out var mac)
                ? (ordinal, mac)
                : null;
        });
    }

    [Fact]
    public void Reservations_are_listed_by_their_incarnation_until_they_are_deleted()
    {
        var row = Activation(AddCredential().Id, total: 6);
        Commit(() => Writer.Activations.Insert(row));
        var incarnation = BeginIncarnation();
        var requests = Enumerable.Range(0, 3).Select(_ => NewId()).ToList();
        var numbers = requests.Select((id, i) => Commit(
            () => Writer.Reservations.Insert(incarnation, id, row.Id, [i, i + 1]))).ToList();

        var first = _temporary.Store.Read(c => c.Reservations.List(incarnation, 2));
        Assert.Equal(2, first.Count);
        Assert.Equal((numbers[0], incarnation, requests[0], row.Id), KeysOf(first[0]));
        Assert.Equal([0, 1], first[0].Ordinals);
        Assert.True(Commit(() => Writer.Reservations.Delete(numbers[0])));
        Assert.True(Commit(() => Writer.Reservations.Delete(numbers[2])));
        Assert.False(Commit(() => Writer.Reservations.Delete(numbers[2])));

        Assert.Equal(
            requests[1], Assert.Single(_temporary.Store.Read(c => c.Reservations.List(incarnation, 10))).RequestId);
        Assert.Empty(_temporary.Store.Read(c => c.Reservations.List(incarnation + 1, 10)));

        static (long, long, Guid, Guid) KeysOf(ReservationRow row)
            => (row.Sequence, row.Incarnation, row.RequestId, row.ActivationId);
    }

    [Fact]
    public void Audit_records_keep_every_field_and_are_read_in_pages_either_way()
    {
        var full = new AuditRow(
            0, 1, "a.b", "ok", NewId(), NewId(), NewId(), NewId(), NewId(), 3, new byte[] { 1, 0, 2 }, "text \u00e9\\'",
            "ana");
        Commit(() =>
        {
            Writer.Audit.Append(full);
            for (var i = 0; i < 9; i++)
            {
                Writer.Audit.Append(Record($"event.{i}"));
            }

            return 0;
        });

        var oldest = _temporary.Store.Read(c => c.Audit.Read(All()));
        var newest = _temporary.Store.Read(c => c.Audit.Read(All() with { OldestFirst = false }));
        var page = _temporary.Store.Read(c => c.Audit.Read(All() with { After = oldest[3].Sequence, Limit = 2 }));

        Assert.Equal(10, oldest.Count);
        Assert.Equal(oldest.Select(r => r.Sequence).Reverse(), newest.Select(r => r.Sequence));
        Assert.Equal<IEnumerable<string>>(["event.3", "event.4"], page.Select(r => r.Event));
        Assert.Equal([1, 0, 2], oldest[0].Digest.ToArray());
        Assert.Equal(
            full with { Sequence = oldest[0].Sequence, Digest = oldest[0].Digest, Hash = oldest[0].Hash }, oldest[0]);
        Assert.Equal(
            Record("event.0") with
            {
                Sequence = oldest[1].Sequence,
                Digest = oldest[1].Digest,
                Hash = oldest[1].Hash,
            },
            oldest[1]);
        foreach (var filter in new[]
        {
            All() with { SignerId = full.SignerId }, All() with { CredentialId = full.CredentialId },
            All() with { RequestId = full.RequestId }, All() with { Event = "a.b" }, All() with { Actor = "ana" },
        })
        {
            Assert.Equal("a.b", Assert.Single(_temporary.Store.Read(c => c.Audit.Read(filter))).Event);
        }
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\ud800")]
    [InlineData("'; DROP TABLE signer; --")]
    public void Text_that_a_database_may_not_like_is_no_name_and_no_error(string text)
    {
        AddSigner("a");

        Assert.Null(_temporary.Store.Read(c => c.Signers.FindByUserName(text)));
        Commit(() =>
        {
            Writer.Audit.Append(Record("some.event") with { Detail = text });
            return 0;
        });

        Assert.NotNull(Assert.Single(_temporary.Store.Read(c => c.Audit.Read(All()))).Detail);
    }

    private static AuditFilter All() => new(
        true, null, 1_000, null, null, null, null, Bookkeeping: false);

    private static AuditRow Record(string name) => new(
        0, 1, name, "ok", null, null, null, null, null, 0, ReadOnlyMemory<byte>.Empty, null);

    private static byte[] Hash(int number) => [.. Enumerable.Repeat((byte)number, 32)];

    private ActivationRow Activation(Guid credential, int total) => new(
        NewId(), credential, _signer, NewId(), ActivationState.Open, 2, total, total, 1_000, 1, 12_345);

    private long BeginIncarnation()
        => Commit(() => Writer.Incarnations.Insert("node", 1, TimeSpan.FromMinutes(1)));

    private T Commit<T>(Func<T> write)
    {
        Writer.Begin();
        var result = write();
        Writer.Commit();
        return result;
    }
}
